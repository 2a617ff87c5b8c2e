with tests as (
    select node_unique_id, count(*) as number
    from {{ info_schema('data_tests') }}
    group by node_unique_id
)

select
    models.unique_id as subject,
    format('it is public and has {} tests; {} are asked for', coalesce(tests.number, 0), {{ setting('min_tests') }})
        as message
from {{ info_schema('models') }} as models
left join tests on models.unique_id = tests.node_unique_id
where models.access = 'public'
    and models.package_name = (select project_name from {{ info_schema('project') }})
    and coalesce(tests.number, 0) < {{ setting('min_tests') }}
