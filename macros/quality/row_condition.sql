{# An expression stands on lines of its own, so that a comment at its end hides nothing of ours. #}
{% macro row_condition(rule, quoting) %}
  {% if rule.check == 'expression' %}
    {{ return('(\n' ~ rule.expression ~ '\n)') }}
  {% endif %}
  {% set column = meshport.rule_columns('source_rows', rule.columns, quoting) | first %}
  {% if rule.check == 'not_null' %}
    {{ return('(' ~ column ~ ' is not null)') }}
  {% elif rule.check == 'accepted_values' %}
    {% set accepted = [] %}
    {% for value in rule.accepted %}
      {% do accepted.append(value | string if value is number else quoting.literals([value]) | first) %}
    {% endfor %}
    {{ return('(' ~ column ~ ' in (' ~ (accepted | join(', ')) ~ '))') }}
  {% elif rule.check == 'predicate' %}
    {{ return('(' ~ (rule.predicate | join(column)) ~ ')') }}
  {% endif %}
  {% do exceptions.raise_compiler_error('meshport cannot check the rule ' ~ tojson(rule)) %}
{% endmacro %}
