{% macro count_repeated(port, rule) %}
  {{ return(adapter.dispatch('count_repeated', 'meshport')(port, rule)) }}
{% endmacro %}

{% macro duckdb__count_repeated(port, rule) %}
  {% set columns = meshport.duckdb__rule_columns('source_rows', rule.columns) | join(', ') %}
  {{ return(meshport.statements([['count repeated values',
    'select coalesce(sum(repeats), 0), coalesce(sum(repeats) filter (where repeats > 1), 0)\nfrom (select count(*) as repeats from '
    ~ meshport.duckdb__filtered_rows(port) ~ ' as source_rows\n  where ' ~ meshport.duckdb__chosen_rows(rule)
    ~ '\n  group by ' ~ columns ~ ')'
  ]], expect='rows')) }}
{% endmacro %}

{% macro default__count_repeated(port, rule) %}
  {{ return(meshport.no_body('count_repeated')) }}
{% endmacro %}
