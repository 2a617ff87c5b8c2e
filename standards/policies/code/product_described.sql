select
    product_key as subject,
    'the product has no description' as message
from mesh.products
where own
    and not regexp_matches(coalesce(description, ''), '\S')
