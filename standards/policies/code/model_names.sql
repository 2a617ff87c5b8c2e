select
    unique_id as subject,
    format('the name `{}` does not fit {}', name, {{ setting('pattern') }}) as message,
    original_file_path as path
from {{ info_schema('models') }}
where package_name = (select project_name from {{ info_schema('project') }})
    and not regexp_full_match(name, {{ setting('pattern') }})
