{# Columns that are declared no more. Overwriting has emptied them, so that their masks may go; a governed tag would keep
   them (CANNOT_DROP_TAGGED_COLUMN). Delta drops a column only where files know columns by other names than ours. #}
{% macro databricks__drop_columns(port) %}
  {% set standing = port.standing or {} %}
  {% set declared = port.columns | map(attribute='name') | map('lower') | list %}
  {% set gone = [] %}
  {% for name in standing.columns or [] if name | lower not in declared %}
    {% do gone.append(name) %}
  {% endfor %}
  {% if not gone %}
    {{ return([]) }}
  {% endif %}
  {% set table = 'alter table ' ~ meshport.databricks__relation_name(port.target) %}
  {% set names = meshport.databricks__identifiers(gone) %}
  {% set masks = meshport.databricks__standing_masks(port) %}
  {% set steps = [] %}
  {% for name in gone %}
    {% if name | lower in masks %}
      {% do steps.extend(meshport.statements([['take the mask from the column ' ~ name,
        table ~ ' alter column ' ~ names[loop.index0] ~ ' drop mask']])) %}
    {% endif %}
    {% do steps.extend(meshport.databricks__unset_tags(
      port.target, name, (standing.column_tags or {}).get(name, []), 'take the tags from the column ' ~ name)) %}
  {% endfor %}
  {{ return(steps + meshport.statements([
    ['let columns be dropped', table ~ " set tblproperties ('delta.columnMapping.mode' = 'name')"],
    ['drop columns', table ~ ' drop columns if exists (' ~ (names | join(', ')) ~ ')'],
  ])) }}
{% endmacro %}
