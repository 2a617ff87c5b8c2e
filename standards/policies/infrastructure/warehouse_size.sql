select
    name as subject,
    format('its size is {}; allowed are {}', coalesce(size, 'not said'), array_to_string({{ setting('sizes') }}, ', '))
        as message,
    path
from mesh.warehouses
where not list_contains(list_transform({{ setting('sizes') }}, lambda allowed: lower(allowed)), lower(coalesce(size, '')))
