select
    sources.unique_id as subject,
    'nothing reads it' as message
from {{ info_schema('sources') }} as sources
left join {{ info_schema('edges') }} as edges on sources.unique_id = edges.parent_unique_id
where edges.parent_unique_id is null
    and sources.package_name = (select project_name from {{ info_schema('project') }})
