select
    name as subject,
    format('the name `{}` does not fit {}', name, replace({{ setting('pattern') }}, '<domain>', domain)) as message,
    path
from mesh.warehouses
where not regexp_full_match(name, replace({{ setting('pattern') }}, '<domain>', domain))
