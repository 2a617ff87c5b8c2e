{% macro generalise_date(column, to='month') %}
  {{ return(adapter.dispatch('generalise_date', 'meshport')('(' ~ column ~ ')', to)) }}
{% endmacro %}

{# date_trunc makes a time stamp of a date: the result is cast back to the column's own type. #}
{% macro duckdb__generalise_date(column, to) %}
  {% if to not in ['decade', 'year', 'quarter', 'month', 'week', 'day', 'hour'] %}
    {% do exceptions.raise_compiler_error('meshport.generalise_date knows no unit ' ~ tojson(to)) %}
  {% endif %}
  {{ return('cast_to_type(date_trunc(' ~ (meshport.duckdb__literals([to]) | first) ~ ', ' ~ column ~ '), ' ~ column ~ ')') }}
{% endmacro %}

{% macro default__generalise_date(column, to='month') %}
  {{ return(meshport.no_body('generalise_date')) }}
{% endmacro %}
