{% macro publish_port(port, unmasked_ok=false, keep_previous=true) %}
  {% if not unmasked_ok %}
    {% do meshport.refuse_unmasked(port) %}
  {% endif %}
  {% set complete = meshport.complete_port(port, keep_previous) %}
  {% do meshport.execute_statements(
    meshport.prepare_zone(complete.zone)
    + meshport.stage_port(complete)
    + meshport.verify_contract(complete)
    + meshport.shield_port(complete)
    + meshport.verify_masks(complete)
    + meshport.unshield_port(complete)
    + (meshport.keep_version(complete) if keep_previous else [])
    + meshport.swap_port(complete, keep_previous)
    + meshport.set_properties(complete.target, complete.properties)
  ) %}
{% endmacro %}
