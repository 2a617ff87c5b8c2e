select
    unique_id as subject,
    format(
        'it is {}, as is {}',
        relation_name,
        (
            select string_agg(other.unique_id, ', ' order by other.unique_id)
            from {{ info_schema('sources') }} as other
            where lower(other.relation_name) = lower(sources.relation_name)
                and other.unique_id <> sources.unique_id
        )
    ) as message
from {{ info_schema('sources') }} as sources
where relation_name is not null
qualify count(*) over (partition by lower(relation_name)) > 1
    and package_name = (select project_name from {{ info_schema('project') }})
