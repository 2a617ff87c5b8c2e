select
    models.unique_id as subject,
    format('{} rows are written anew at every run; from {} on it should be incremental', relations.row_count, {{ setting('max_rows') }})
        as message,
    models.original_file_path as path
from {{ info_schema('relations') }} as relations
inner join {{ info_schema('models') }} as models on relations.unique_id = models.unique_id
where models.package_name = (select project_name from {{ info_schema('project') }})
    and models.materialized = 'table'
    and relations.row_count >= {{ setting('max_rows') }}
