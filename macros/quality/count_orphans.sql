{% macro count_orphans(port, rule) %}
  {{ return(adapter.dispatch('count_orphans', 'meshport')(port, rule)) }}
{% endmacro %}

{% macro duckdb__count_orphans(port, rule) %}
  {{ return(meshport.orphans_counted(meshport.duckdb__filtered_rows(port), rule, meshport.duckdb__quoting())) }}
{% endmacro %}

{% macro databricks__count_orphans(port, rule) %}
  {{ return(meshport.orphans_counted(meshport.databricks__filtered_rows(port), rule, meshport.databricks__quoting())) }}
{% endmacro %}

{% macro orphans_counted(rows, rule, quoting) %}
  {{ return(meshport.statements([['count values without a parent',
    'select count(*) as counted, count(*) filter (where not found) as broken\nfrom (select ' ~ meshport.has_parent(rule, quoting)
    ~ ' as found\n  from ' ~ rows ~ ' as source_rows\n  where ' ~ meshport.chosen_rows(rule, quoting) ~ ')'
  ]], expect='rows')) }}
{% endmacro %}

{% macro has_parent(rule, quoting) %}
  {% set parents = meshport.rule_columns('parents', rule.to_columns, quoting) %}
  {% set pairs = [] %}
  {% for column in meshport.rule_columns('source_rows', rule.columns, quoting) %}
    {% do pairs.append(parents[loop.index0] ~ ' = ' ~ column) %}
  {% endfor %}
  {{ return(
    '(exists (select 1 from ' ~ quoting.relation_name(rule.to) ~ ' as parents where ' ~ (pairs | join(' and ')) ~ '))'
  ) }}
{% endmacro %}

{% macro default__count_orphans(port, rule) %}
  {{ return(meshport.no_body('count_orphans')) }}
{% endmacro %}
