{% macro sample_violations(port, rules, sample, rows) %}
  {{ return(adapter.dispatch('sample_violations', 'meshport')(port, rules, sample, rows)) }}
{% endmacro %}

{# Only what the port itself would show: the columns that it is given, masked as it masks them. #}
{% macro duckdb__sample_violations(port, rules, sample, rows) %}
  {% set relation = meshport.duckdb__relation_name(sample) %}
  {% if not rules %}
    {{ return(meshport.statements([['drop the sample', 'drop table if exists ' ~ relation]])) }}
  {% endif %}
  {% set columns = meshport.duckdb__port_values(port.columns) %}
  {% set parts = [] %}
  {% for rule in rules %}
    {% do parts.append(
      '(select ' ~ (([meshport.duckdb__literals([rule.id]) | first ~ ' as meshport_rule'] + columns) | join(', '))
      ~ '\nfrom ' ~ meshport.duckdb__filtered_rows(port) ~ ' as source_rows\n'
      ~ meshport.duckdb__breaks(rule) ~ '\nlimit ' ~ (rows | int) ~ ')'
    ) %}
  {% endfor %}
  {{ return(meshport.statements([
    ['make the schema of samples',
      'create schema if not exists ' ~ (meshport.duckdb__identifiers([sample.database, sample.schema]) | join('.'))],
    ['sample violations', 'create or replace table ' ~ relation ~ ' as\n' ~ (parts | join('\nunion all\n'))],
  ])) }}
{% endmacro %}

{% macro duckdb__breaks(rule) %}
  {% if rule.kind == 'row' %}
    {{ return('where not ' ~ meshport.duckdb__row_condition(rule)) }}
  {% endif %}
  {% set chosen = 'where ' ~ meshport.duckdb__chosen_rows(rule) %}
  {% if rule.kind == 'relationship' %}
    {{ return(chosen ~ ' and not ' ~ meshport.duckdb__has_parent(rule)) }}
  {% endif %}
  {% set columns = meshport.duckdb__rule_columns('source_rows', rule.columns) | join(', ') %}
  {{ return(chosen ~ '\nqualify count(*) over (partition by ' ~ columns ~ ') > 1') }}
{% endmacro %}

{% macro default__sample_violations(port, rules, sample, rows) %}
  {{ return(meshport.no_body('sample_violations')) }}
{% endmacro %}
