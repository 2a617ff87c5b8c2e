select
    foreign_relations.node_unique_id as subject,
    format('its SQL names {} itself', foreign_relations.relation) || coalesce(
        format('; that is the port {} of {}', any_value(ports.port), any_value(ports.product_key)), ''
    ) as message,
    any_value(nodes.original_file_path) as path,
    foreign_relations.relation
from mesh.foreign_relations as foreign_relations
inner join (
    select unique_id, package_name, original_file_path from {{ info_schema('models') }}
    union all
    select unique_id, package_name, original_file_path from {{ info_schema('snapshots') }}
) as nodes on foreign_relations.node_unique_id = nodes.unique_id
left join mesh.ports as ports
    on lower(replace(replace(foreign_relations.relation, '"', ''), '`', ''))
        = lower(concat_ws('.', ports.database_name, ports.schema_name, ports.identifier))
where nodes.package_name = (select project_name from {{ info_schema('project') }})
group by foreign_relations.node_unique_id, foreign_relations.relation
