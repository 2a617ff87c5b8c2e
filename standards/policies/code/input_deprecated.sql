select
    inputs.node_unique_id as subject,
    format(
        '{}, port {}, goes {}; read by {}',
        inputs.product_key, inputs.port, coalesce('on ' || left(inputs.deprecation_date, 10), 'soon'),
        coalesce(string_agg(models.name, ', ' order by models.name), 'nothing yet')
    ) as message
from mesh.inputs as inputs
left join {{ info_schema('edges') }} as edges on inputs.node_unique_id = edges.parent_unique_id
left join {{ info_schema('models') }} as models on edges.child_unique_id = models.unique_id
where inputs.status <> 'retired'
    and (inputs.status = 'deprecated' or inputs.deprecation_date is not null)
group by inputs.node_unique_id, inputs.product_key, inputs.port, inputs.deprecation_date
