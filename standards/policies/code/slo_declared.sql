select
    product_key as subject,
    'the product promises no ' || concat_ws(
        ' and no ', case when freshness is null then 'freshness' end, case when quality is null then 'quality' end
    ) as message
from mesh.products
where own
    and (freshness is null or quality is null)
