{# The rows that a rule on several rows looks at: those with a value in every column, and as the rule's predicate says. #}
{% macro duckdb__chosen_rows(rule) %}
  {% set columns = meshport.duckdb__rule_columns('source_rows', rule.columns) %}
  {% set chosen = (columns | join(' is not null and ')) ~ ' is not null' %}
  {% if rule.predicate %}
    {% set chosen = chosen ~ ' and (' ~ (rule.predicate | join(columns | first)) ~ ')' %}
  {% endif %}
  {{ return(chosen) }}
{% endmacro %}
