{# The port as it stands in the catalog, in one query; none where it is not there. #}
{% macro databricks__standing(relation) %}
  {% set catalog = (meshport.databricks__identifiers([relation.database]) | first) ~ '.information_schema' %}
  {% set place = meshport.databricks__literals([relation.schema, relation.identifier]) %}
  {% set here = ' where table_schema = lower(' ~ place[0] ~ ') and table_name = lower(' ~ place[1] ~ ')' %}
  {% set rows = run_query(
    "select 'relation' as kind, table_type as name, '' as value from " ~ catalog ~ '.tables' ~ here
    ~ "\nunion all\nselect 'column', column_name, '' from " ~ catalog ~ '.columns' ~ here
    ~ "\nunion all\nselect 'mask', column_name, mask_name from " ~ catalog ~ '.column_masks' ~ here
    ~ "\nunion all\nselect 'row filter', filter_name, '' from " ~ catalog ~ '.row_filters' ~ here
    ~ "\nunion all\nselect 'tag', tag_name, tag_value from " ~ catalog ~ '.table_tags'
    ~ (here | replace('table_schema', 'schema_name')) ~ " and startswith(tag_name, 'meshport_')"
    ~ "\nunion all\nselect 'column tag', column_name, tag_name from " ~ catalog ~ '.column_tags'
    ~ (here | replace('table_schema', 'schema_name'))
  ).rows %}
  {% set standing = {'is_view': false, 'is_clone': false, 'columns': [], 'masks': {}, 'column_tags': {}, 'row_filter': none, 'properties': {}} %}
  {% for kind, name, value in rows %}
    {% if kind == 'relation' %}
      {% do standing.update({'is_view': name == 'VIEW', 'is_clone': name.endswith('_SHALLOW_CLONE')}) %}
    {% elif kind == 'column' %}
      {% do standing.columns.append(name) %}
    {% elif kind == 'mask' %}
      {% do standing.masks.update({name: value | replace('`', '')}) %}
    {% elif kind == 'column tag' %}
      {% do standing.column_tags.update({name: standing.column_tags.get(name, []) + [value]}) %}
    {% elif kind == 'row filter' %}
      {% do standing.update({'row_filter': name | replace('`', '')}) %}
    {% else %}
      {% do standing.properties.update({name[9:]: value}) %}
    {% endif %}
  {% endfor %}
  {{ return(standing if standing.columns else none) }}
{% endmacro %}
