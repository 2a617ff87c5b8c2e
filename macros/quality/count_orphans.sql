{% macro count_orphans(port, rule) %}
  {{ return(adapter.dispatch('count_orphans', 'meshport')(port, rule)) }}
{% endmacro %}

{% macro duckdb__count_orphans(port, rule) %}
  {{ return(meshport.statements([['count values without a parent',
    'select count(*), count(*) filter (where not found)\nfrom (select ' ~ meshport.duckdb__has_parent(rule) ~ ' as found\n  from '
    ~ meshport.duckdb__filtered_rows(port) ~ ' as source_rows\n  where ' ~ meshport.duckdb__chosen_rows(rule) ~ ')'
  ]], expect='rows')) }}
{% endmacro %}

{% macro duckdb__has_parent(rule) %}
  {% set parents = meshport.duckdb__rule_columns('parents', rule.to_columns) %}
  {% set pairs = [] %}
  {% for column in meshport.duckdb__rule_columns('source_rows', rule.columns) %}
    {% do pairs.append(parents[loop.index0] ~ ' = ' ~ column) %}
  {% endfor %}
  {{ return(
    '(exists (select 1 from ' ~ meshport.duckdb__relation_name(rule.to) ~ ' as parents where '
    ~ (pairs | join(' and ')) ~ '))'
  ) }}
{% endmacro %}

{% macro default__count_orphans(port, rule) %}
  {{ return(meshport.no_body('count_orphans')) }}
{% endmacro %}
