{% macro generalise_number(column, step=10) %}
  {{ return(adapter.dispatch('generalise_number', 'meshport')('(' ~ column ~ ')', step)) }}
{% endmacro %}

{# The remainder is exact for every type; a division would lose digits of large integers. #}
{% macro duckdb__generalise_number(column, step) %}
  {% if step is not integer or step < 1 %}
    {% do exceptions.raise_compiler_error('meshport.generalise_number takes a whole step from 1 on, not ' ~ tojson(step)) %}
  {% endif %}
  {% set remainder = column ~ ' % ' ~ step %}
  {{ return(
    'cast_to_type(' ~ column ~ ' - (' ~ remainder ~ ') - case when ' ~ remainder ~ ' < 0 then ' ~ step ~ ' else 0 end, '
    ~ column ~ ')'
  ) }}
{% endmacro %}

{% macro default__generalise_number(column, step=10) %}
  {{ return(meshport.no_body('generalise_number')) }}
{% endmacro %}
