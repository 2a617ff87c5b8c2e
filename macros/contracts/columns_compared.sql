{% macro columns_compared() %}
  {% set sql %}
  select
    coalesce(declared.column_name, actual.column_name) as subject,
    case
      when actual.column_name is null then 'missing column'
      when declared.column_name is null then 'unexpected column'
      else 'data type'
    end as problem,
    declared.data_type as expected,
    actual.data_type as actual
  from declared
  full join actual on lower(declared.column_name) = lower(actual.column_name)
  where declared.column_name is null or actual.column_name is null or declared.data_type <> actual.data_type
  {%- endset %}
  {{ return(sql) }}
{% endmacro %}
