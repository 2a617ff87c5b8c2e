{# On DuckDB all in one transaction. Databricks has none over several statements: there each is repeatable, and the order
   is such that what was published stays until the swap. #}
{% macro execute_statements(statements) %}
  {% set transaction = adapter.type() == 'duckdb' %}
  {% set pin = namespace(value='') %}
  {% do run_query('begin') if transaction %}
  {% for statement in statements %}
    {% set result = run_query(statement.sql | replace('@@pin@@', pin.value) if statement.pinned else statement.sql) %}
    {% if statement.expect == 'pin' %}
      {% set pin.value = result.rows[0][0] | int | string %}
    {% elif statement.expect == 'no_rows' and result.rows | length > 0 %}
      {% do run_query('rollback') if transaction %}
      {% set violations = [] %}
      {% for row in result.rows %}
        {% do violations.append(row[0] ~ ': ' ~ row[1] ~ ', expected ' ~ row[2] ~ ', found ' ~ row[3]) %}
      {% endfor %}
      {% do exceptions.raise_compiler_error(
        statement.step ~ ' failed, nothing was published:\n  ' ~ (violations | join('\n  '))
      ) %}
    {% endif %}
  {% endfor %}
  {% do run_query('commit') if transaction %}
{% endmacro %}
