select
    name as subject,
    case
        when coalesce(auto_stop_minutes, 0) = 0 then 'it never stops by itself'
        else format('it stops after {} minutes; {} are the most', auto_stop_minutes, {{ setting('max_minutes') }})
    end as message,
    path
from mesh.warehouses
where coalesce(auto_stop_minutes, 0) not between 1 and {{ setting('max_minutes') }}
