select
    unique_id as subject,
    'nothing says how fresh its data has to be' as message
from {{ info_schema('sources') }}
where package_name = (select project_name from {{ info_schema('project') }})
    and coalesce(
        json_extract_string(freshness, '$.warn_after.count'), json_extract_string(freshness, '$.error_after.count')
    ) is null
