with public_models as (
    select "group", string_agg(name, ', ' order by name) as names
    from {{ info_schema('models') }}
    where access = 'public'
    group by "group"
)

select
    child.unique_id as subject,
    format(
        'it reads `{}`, which is {} in the group `{}`; public there: {}',
        parent.name, parent.access, parent."group", coalesce(public_models.names, 'nothing')
    ) as message,
    child.original_file_path as path,
    parent.unique_id as parent
from {{ info_schema('edges') }} as edges
inner join {{ info_schema('models') }} as parent on edges.parent_unique_id = parent.unique_id
inner join {{ info_schema('models') }} as child on edges.child_unique_id = child.unique_id
left join public_models on parent."group" = public_models."group"
where parent."group" is not null
    and parent.access <> 'public'
    and child."group" is distinct from parent."group"
    and child.package_name = (select project_name from {{ info_schema('project') }})
