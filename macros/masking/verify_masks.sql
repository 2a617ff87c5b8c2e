{% macro verify_masks(port) %}
  {{ return(adapter.dispatch('verify_masks', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__verify_masks(port) %}
  {% set counts = [] %}
  {% set findings = [] %}
  {% for column in port.columns if column.mask %}
    {% set value = 'staged.' ~ (meshport.duckdb__identifiers([column.name]) | first) %}
    {% set texts = meshport.duckdb__literals([column.name, column.mask.method]) %}
    {% set count = 'unmasked_' ~ loop.index %}
    {% do counts.append(
      'count(*) filter (where ' ~ value ~ ' is not null and not '
      ~ meshport.duckdb__looks_masked(value, column.mask) ~ ') as ' ~ count
    ) %}
    {% do findings.append(
      'select ' ~ texts[0] ~ " as subject, 'unmasked values' as problem, " ~ texts[1]
      ~ ' as expected, cast(' ~ count ~ ' as varchar) as actual from counted where ' ~ count ~ ' > 0'
    ) %}
  {% endfor %}
  {% if not counts %}
    {{ return(meshport.statements([['verify masks',
      'select null as subject, null as problem, null as expected, null as actual where false'
    ]], expect='no_rows')) }}
  {% endif %}
  {{ return(meshport.statements([['verify masks',
    'with counted as materialized (\n  select\n    ' ~ (counts | join(',\n    ')) ~ '\n  from '
    ~ meshport.duckdb__relation_name(port.staged) ~ ' as staged\n)\n' ~ (findings | join('\nunion all\n'))
  ]], expect='no_rows')) }}
{% endmacro %}

{% macro default__verify_masks(port) %}
  {{ return(meshport.no_body('verify_masks')) }}
{% endmacro %}
