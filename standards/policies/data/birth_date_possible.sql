cast({{ column }} as date) >= cast({{ setting('earliest') }} as date) and cast({{ column }} as date) <= current_date + interval '1' day
