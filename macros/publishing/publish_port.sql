{% macro publish_port(port, unmasked_ok=false) %}
  {% if not unmasked_ok %}
    {% do meshport.refuse_unmasked(port) %}
  {% endif %}
  {% do meshport.execute_statements(
    meshport.prepare_zone({'database': port.target.database, 'schemas': [port.target.schema]})
    + meshport.stage_port(port)
    + meshport.verify_contract(port)
    + meshport.verify_masks(port)
    + meshport.swap_port(port)
  ) %}
{% endmacro %}
