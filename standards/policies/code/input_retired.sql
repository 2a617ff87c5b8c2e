select
    inputs.node_unique_id as subject,
    format('{}, port {}, is retired', inputs.product_key, inputs.port) as message
from mesh.inputs as inputs
where inputs.status = 'retired'
