select
    relations.unique_id as subject,
    format('it holds {:.1f} GB; {} are the most', relations.bytes / 1e9, {{ setting('max_gigabytes') }}) as message
from {{ info_schema('relations') }} as relations
inner join {{ info_schema('models') }} as models on relations.unique_id = models.unique_id
where models.package_name = (select project_name from {{ info_schema('project') }})
    and relations.bytes > {{ setting('max_gigabytes') }} * 1e9
