cast({{ column }} as date) <= current_date + interval '1' day
