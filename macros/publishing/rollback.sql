{% macro rollback(port) %}
  {% do meshport.execute_statements(meshport.rollback_port(port)) %}
{% endmacro %}
