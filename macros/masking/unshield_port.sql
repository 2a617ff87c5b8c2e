{# Takes away what hid a column and is not declared any more: to be done once all that is declared is verified. #}
{% macro unshield_port(port) %}
  {{ return(adapter.dispatch('unshield_port', 'meshport')(port)) }}
{% endmacro %}

{# DuckDB has no masks of its own. #}
{% macro duckdb__unshield_port(port) %}
  {{ return([]) }}
{% endmacro %}

{# A column is masked in one way: where it has both, nobody can read it. #}
{% macro databricks__unshield_port(port) %}
  {% if port.mode == 'view' %}
    {{ return([]) }}
  {% endif %}
  {% set name = meshport.databricks__relation_name(port.target) %}
  {% set masks, tags = meshport.databricks__standing_masks(port), meshport.databricks__standing_masks(port, 'mask_tags') %}
  {% set steps = [] %}
  {% set untagged = [] %}
  {% for column in port.columns %}
    {% set tagged = column.mask and column.mask.tag %}
    {% if column.name | lower in masks and (tagged or not column.mask) %}
      {% do steps.append(['take the mask from the column ' ~ column.name,
        'alter table ' ~ name ~ ' alter column ' ~ (meshport.databricks__identifiers([column.name]) | first) ~ ' drop mask'
      ]) %}
    {% endif %}
    {% if column.name | lower in tags and not tagged %}
      {% do untagged.extend(meshport.databricks__unset_tags(
        port.target, column.name, ['meshport_mask'], 'take the tag of its mask from the column ' ~ column.name)) %}
    {% endif %}
  {% endfor %}
  {{ return(meshport.statements(steps) + untagged) }}
{% endmacro %}

{% macro default__unshield_port(port) %}
  {{ return(meshport.no_body('unshield_port')) }}
{% endmacro %}
