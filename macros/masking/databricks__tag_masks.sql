{# Policies of the catalog mask what carries this governed tag: its value says with which function. #}
{% macro databricks__tag_masks(port) %}
  {% set standing = meshport.databricks__standing_masks(port, 'mask_tags') %}
  {% set steps = [] %}
  {% for column in port.columns if column.mask and column.mask.tag and standing.get(column.name | lower) != column.mask.tag %}
    {% do steps.extend(meshport.databricks__set_tags(
      port.target, column.name, {'meshport_mask': column.mask.tag}, 'tag the column ' ~ column.name ~ ' with its mask')) %}
  {% endfor %}
  {{ return(steps) }}
{% endmacro %}
