with tested as (
    select distinct node_unique_id
    from {{ info_schema('data_tests') }}
    where list_contains({{ setting('tests') }}, test_name)
)

select
    models.unique_id as subject,
    'it is public and nothing says what makes a row unique' as message
from {{ info_schema('models') }} as models
left join tested on models.unique_id = tested.node_unique_id
where models.access = 'public'
    and models.package_name = (select project_name from {{ info_schema('project') }})
    and coalesce(len(models.primary_key), 0) = 0
    and tested.node_unique_id is null
    and not regexp_matches(coalesce(models.constraints, ''), '"(primary_key|unique)"')
    and not exists (
        select 1
        from {{ info_schema('node_columns') }} as columns
        where columns.node_unique_id = models.unique_id
            and regexp_matches(coalesce(columns.constraints, ''), '"(primary_key|unique)"')
    )
