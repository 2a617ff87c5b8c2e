{% macro count_violations(port, rules) %}
  {{ return(adapter.dispatch('count_violations', 'meshport')(port, rules)) }}
{% endmacro %}

{% macro duckdb__count_violations(port, rules) %}
  {{ return(meshport.violations_counted(meshport.duckdb__filtered_rows(port), rules, meshport.duckdb__quoting())) }}
{% endmacro %}

{% macro databricks__count_violations(port, rules) %}
  {{ return(meshport.violations_counted(meshport.databricks__filtered_rows(port), rules, meshport.databricks__quoting())) }}
{% endmacro %}

{# All rules that a row keeps or breaks by itself, in one scan. A condition that is neither true nor false of a row is
   kept, as by a check constraint. count_if takes DuckDB half the time of count with a filter. Every count has a name of
   its own: two rules may ask the same, and Databricks' connector refuses two columns of one name. #}
{% macro violations_counted(rows, rules, quoting) %}
  {% set counts = ['count(*) as counted'] %}
  {% for rule in rules %}
    {% do counts.append('count_if(not ' ~ meshport.row_condition(rule, quoting) ~ ') as broken_' ~ loop.index) %}
  {% endfor %}
  {{ return(meshport.statements([['count violations',
    'select\n  ' ~ (counts | join(',\n  ')) ~ '\nfrom ' ~ rows ~ ' as source_rows'
  ]], expect='rows')) }}
{% endmacro %}

{% macro default__count_violations(port, rules) %}
  {{ return(meshport.no_body('count_violations')) }}
{% endmacro %}
