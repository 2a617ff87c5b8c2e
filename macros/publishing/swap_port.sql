{% macro swap_port(port, keep_previous=true) %}
  {{ return(adapter.dispatch('swap_port', 'meshport')(port, keep_previous)) }}
{% endmacro %}

{% macro duckdb__swap_port(port, keep_previous=true) %}
  {% if keep_previous %}
    {% set leave = meshport.duckdb__move_relation(port.target, port.previous, if_exists=true) %}
  {% else %}
    {% set leave = meshport.duckdb__forget_relation(port.target, tables=['properties']) %}
  {% endif %}
  {{ return(
    meshport.duckdb__forget_relation(port.previous)
    + leave
    + meshport.duckdb__move_relation(port.staged, port.target)
  ) }}
{% endmacro %}

{% macro default__swap_port(port, keep_previous=true) %}
  {{ return(meshport.no_body('swap_port')) }}
{% endmacro %}
