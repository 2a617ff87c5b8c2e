{% macro rules_counted(rules, rows) %}
  {% set counts = [] %}
  {% for rule in rules %}
    {% do counts.append(rule.count ~ ' as rule_' ~ loop.index) %}
  {% endfor %}
  {{ return('  select\n    ' ~ (counts | join(',\n    ')) ~ '\n  from ' ~ rows ~ ' as source_rows') }}
{% endmacro %}
