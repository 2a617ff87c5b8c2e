{% macro rollback(port) %}
  {% do meshport.execute_statements(meshport.rollback_port(meshport.complete_port(port))) %}
{% endmacro %}
