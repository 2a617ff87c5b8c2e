-- Depth is followed one step beyond the limit, so that a graph with a cycle ends too.
with recursive views as (
    select unique_id, original_file_path, package_name
    from {{ info_schema('models') }}
    where materialized in ('view', 'ephemeral')
),

steps as (
    select edges.parent_unique_id, edges.child_unique_id
    from {{ info_schema('edges') }} as edges
    inner join views as parent on edges.parent_unique_id = parent.unique_id
    inner join views as child on edges.child_unique_id = child.unique_id
),

chains as (
    select unique_id, 1 as depth
    from views
    union
    select steps.child_unique_id, chains.depth + 1
    from chains
    inner join steps on chains.unique_id = steps.parent_unique_id
    where chains.depth <= {{ setting('max_views') }}
)

select
    views.unique_id as subject,
    format('it stands on a chain of more than {} views', {{ setting('max_views') }}) as message,
    views.original_file_path as path
from chains
inner join views on chains.unique_id = views.unique_id
where chains.depth > {{ setting('max_views') }}
    and views.package_name = (select project_name from {{ info_schema('project') }})
