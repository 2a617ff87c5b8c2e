{% macro sample_violations(port, rules, sample, rows) %}
  {{ return(adapter.dispatch('sample_violations', 'meshport')(port, rules, sample, rows)) }}
{% endmacro %}

{% macro duckdb__sample_violations(port, rules, sample, rows) %}
  {{ return(meshport.violations_sampled(port, meshport.duckdb__filtered_rows(port), rules, sample, rows, meshport.duckdb__quoting())) }}
{% endmacro %}

{% macro databricks__sample_violations(port, rules, sample, rows) %}
  {{ return(
    meshport.violations_sampled(port, meshport.databricks__filtered_rows(port), rules, sample, rows, meshport.databricks__quoting())
  ) }}
{% endmacro %}

{# Only what the port itself would show: the columns that it is given, masked as it masks them. #}
{% macro violations_sampled(port, source_rows, rules, sample, rows, quoting) %}
  {% set relation = quoting.relation_name(sample) %}
  {% if not rules %}
    {{ return(meshport.statements([['drop the sample', 'drop table if exists ' ~ relation]])) }}
  {% endif %}
  {% set columns = meshport.port_values(port.columns, quoting) %}
  {% set parts = [] %}
  {% for rule in rules %}
    {% do parts.append(
      '(select ' ~ (([quoting.literals([rule.id]) | first ~ ' as meshport_rule'] + columns) | join(', '))
      ~ '\nfrom ' ~ meshport.broken_rows(rule, source_rows, quoting) ~ '\nlimit ' ~ (rows | int) ~ ')'
    ) %}
  {% endfor %}
  {{ return(meshport.statements([
    ['make the schema of samples',
      'create schema if not exists ' ~ (quoting.identifiers([sample.database, sample.schema]) | join('.'))],
    ['sample violations', 'create or replace table ' ~ relation ~ ' as\n' ~ (parts | join('\nunion all\n'))],
  ])) }}
{% endmacro %}

{% macro broken_rows(rule, rows, quoting) %}
  {% set named = rows ~ ' as source_rows\nwhere ' %}
  {% if rule.kind == 'row' %}
    {{ return(named ~ 'not ' ~ meshport.row_condition(rule, quoting)) }}
  {% endif %}
  {% set chosen = meshport.chosen_rows(rule, quoting) %}
  {% if rule.kind == 'relationship' %}
    {{ return(named ~ chosen ~ ' and not ' ~ meshport.has_parent(rule, quoting)) }}
  {% endif %}
  {# Counted in a query of its own: beside the masked columns, a name could be taken for theirs. #}
  {% set columns = meshport.rule_columns('source_rows', rule.columns, quoting) | join(', ') %}
  {{ return(
    '(select source_rows.*, count(*) over (partition by ' ~ columns ~ ') as meshport_repeats from ' ~ named ~ chosen
    ~ ') as source_rows\nwhere meshport_repeats > 1'
  ) }}
{% endmacro %}

{% macro default__sample_violations(port, rules, sample, rows) %}
  {{ return(meshport.no_body('sample_violations')) }}
{% endmacro %}
