select
    name as subject,
    case
        when coalesce(budget, 0) <= 0 then 'it has no budget'
        else format('its budget is {:.0f}; {} is the most', budget, {{ setting('max_budget') }})
    end as message,
    path
from mesh.warehouses
where coalesce(budget, 0) <= 0
    or budget > {{ setting('max_budget') }}
