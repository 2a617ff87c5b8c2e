{# The rows that a rule on several rows looks at: those with a value in every column, and as the rule's predicate says. #}
{% macro chosen_rows(rule, quoting) %}
  {% set columns = meshport.rule_columns('source_rows', rule.columns, quoting) %}
  {% set chosen = (columns | join(' is not null and ')) ~ ' is not null' %}
  {% if rule.predicate %}
    {% set chosen = chosen ~ ' and (' ~ (rule.predicate | join(columns | first)) ~ ')' %}
  {% endif %}
  {{ return(chosen) }}
{% endmacro %}
