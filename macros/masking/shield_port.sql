{% macro shield_port(port) %}
  {{ return(adapter.dispatch('shield_port', 'meshport')(port)) }}
{% endmacro %}

{# DuckDB has no masks of its own: the staged copy holds masked values. #}
{% macro duckdb__shield_port(port) %}
  {{ return([]) }}
{% endmacro %}

{# Masks are set before rows come; nothing that hides is taken away here. #}
{% macro databricks__shield_port(port) %}
  {% if port.mode == 'view' %}
    {{ return([]) }}
  {% elif not port.standing %}
    {{ return(meshport.databricks__create_empty(port) + meshport.databricks__tag_masks(port)) }}
  {% endif %}
  {{ return(
    meshport.databricks__add_columns(port)
    + meshport.databricks__change_masks(port)
    + meshport.databricks__tag_masks(port)
    + meshport.databricks__change_row_filter(port)
  ) }}
{% endmacro %}

{% macro default__shield_port(port) %}
  {{ return(meshport.no_body('shield_port')) }}
{% endmacro %}
