{% macro generalise_number(column, step=10) %}
  {{ return(adapter.dispatch('generalise_number', 'meshport')('(' ~ column ~ ')', step)) }}
{% endmacro %}

{# The remainder is exact for every type; a division would lose digits of large integers. #}
{% macro duckdb__generalise_number(column, step) %}
  {% do meshport.refuse_step(step) %}
  {% set remainder = column ~ ' % ' ~ step %}
  {{ return(
    'cast_to_type(' ~ column ~ ' - (' ~ remainder ~ ') - case when ' ~ remainder ~ ' < 0 then ' ~ step ~ ' else 0 end, '
    ~ column ~ ')'
  ) }}
{% endmacro %}

{# No type can be named after a column's here: arithmetic keeps int, bigint and double, and makes a decimal wider. A port's
   mask is cast to the declared type. #}
{% macro databricks__generalise_number(column, step) %}
  {% do meshport.refuse_step(step) %}
  {{ return('(' ~ column ~ ' - pmod(' ~ column ~ ', ' ~ step ~ '))') }}
{% endmacro %}

{% macro refuse_step(step) %}
  {% if step is not integer or step < 1 %}
    {% do exceptions.raise_compiler_error('meshport.generalise_number takes a whole step from 1 on, not ' ~ tojson(step)) %}
  {% endif %}
{% endmacro %}

{% macro default__generalise_number(column, step=10) %}
  {{ return(meshport.no_body('generalise_number')) }}
{% endmacro %}
