select
    models.unique_id as subject,
    format('its last run took {:.0f} s; {} s are the most', results.execution_time, {{ setting('max_seconds') }})
        as message,
    models.original_file_path as path
from {{ info_schema('run_results_latest') }} as results
inner join {{ info_schema('models') }} as models on results.unique_id = models.unique_id
where models.package_name = (select project_name from {{ info_schema('project') }})
    and results.execution_time > {{ setting('max_seconds') }}
