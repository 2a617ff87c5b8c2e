select
    parent.unique_id as subject,
    format('{} models read it; {} are the most', count(*), {{ setting('max_children') }}) as message,
    parent.original_file_path as path
from {{ info_schema('edges') }} as edges
inner join {{ info_schema('models') }} as parent on edges.parent_unique_id = parent.unique_id
inner join {{ info_schema('models') }} as child on edges.child_unique_id = child.unique_id
where parent.package_name = (select project_name from {{ info_schema('project') }})
    and parent.access <> 'public'
group by parent.unique_id, parent.original_file_path
having count(*) > {{ setting('max_children') }}
