{% macro execute_statements(statements) %}
  {% do run_query('begin') %}
  {% for statement in statements %}
    {% set result = run_query(statement.sql) %}
    {% if statement.expect == 'no_rows' and result.rows | length > 0 %}
      {% do run_query('rollback') %}
      {% set violations = [] %}
      {% for row in result.rows %}
        {% do violations.append(row[0] ~ ': ' ~ row[1] ~ ', expected ' ~ row[2] ~ ', found ' ~ row[3]) %}
      {% endfor %}
      {% do exceptions.raise_compiler_error(
        statement.step ~ ' failed, nothing was published:\n  ' ~ (violations | join('\n  '))
      ) %}
    {% endif %}
  {% endfor %}
  {% do run_query('commit') %}
{% endmacro %}
