{% macro count_repeated(port, rule) %}
  {{ return(adapter.dispatch('count_repeated', 'meshport')(port, rule)) }}
{% endmacro %}

{% macro duckdb__count_repeated(port, rule) %}
  {{ return(meshport.repeats_counted(meshport.duckdb__filtered_rows(port), rule, meshport.duckdb__quoting())) }}
{% endmacro %}

{% macro databricks__count_repeated(port, rule) %}
  {{ return(meshport.repeats_counted(meshport.databricks__filtered_rows(port), rule, meshport.databricks__quoting())) }}
{% endmacro %}

{% macro repeats_counted(rows, rule, quoting) %}
  {% set columns = meshport.rule_columns('source_rows', rule.columns, quoting) | join(', ') %}
  {{ return(meshport.statements([['count repeated values',
    'select coalesce(sum(repeats), 0) as counted, coalesce(sum(repeats) filter (where repeats > 1), 0) as broken\nfrom (select count(*) as repeats from '
    ~ rows ~ ' as source_rows\n  where ' ~ meshport.chosen_rows(rule, quoting) ~ '\n  group by ' ~ columns ~ ')'
  ]], expect='rows')) }}
{% endmacro %}

{% macro default__count_repeated(port, rule) %}
  {{ return(meshport.no_body('count_repeated')) }}
{% endmacro %}
