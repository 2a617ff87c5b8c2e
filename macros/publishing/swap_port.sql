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

{# Each statement keeps masks, row filter, grants and tags of what it writes to. The version before is kept apart:
   `keep_version`. #}
{% macro databricks__swap_port(port, keep_previous=true) %}
  {% do meshport.databricks__refuse_other_kind(port) %}
  {% if port.mode == 'view' %}
    {{ return(meshport.databricks__write_view(port)) }}
  {% elif port.mode == 'copy' %}
    {{ return(meshport.databricks__overwrite(port.target, port.audited,
      meshport.databricks__identifiers(port.columns | map(attribute='name')) | join(', '))
      + meshport.databricks__drop_columns(port)) }}
  {% endif %}
  {{ return(
    meshport.databricks__clone(port.target, port.source, '@@pin@@')
    + (meshport.copies_dropped([meshport.databricks__raw_copy(port, 'empty')], meshport.databricks__quoting()) if not port.standing else [])
  ) }}
{% endmacro %}

{% macro default__swap_port(port, keep_previous=true) %}
  {{ return(meshport.no_body('swap_port')) }}
{% endmacro %}
