{# Columns and row filter of a port with the functions that mask and filter, and the zone that has these functions. A
   function's name holds a digest of all that it is made of. #}
{% macro databricks__named_functions(port) %}
  {% set functions = [] %}
  {% set columns = [] %}
  {% for column in port.columns %}
    {% if column.mask and not column.data_type %}
      {% do exceptions.raise_compiler_error('the column ' ~ column.name ~ ' has a mask and declares no data_type: add one') %}
    {% endif %}
    {% set mask = column.mask %}
    {% if mask %}
      {% set digest = local_md5(column.data_type ~ meshport.databricks__masked_value(mask, column.data_type)) %}
      {% set name = {'database': port.target.database, 'schema': 'meshport', 'identifier': 'mask_' ~ mask.method ~ '_' ~ digest} %}
      {% set mask = dict(mask, name=mask.name or mask.method, function=name) %}
      {% do functions.append({'function': name, 'data_type': column.data_type, 'mask': mask}) %}
    {% endif %}
    {% do columns.append(dict(column, mask=mask)) %}
  {% endfor %}
  {% set row_filter = port.row_filter %}
  {% if row_filter %}
    {% set named = row_filter.columns | map('lower') | list %}
    {% set parameters = [] %}
    {% for column in port.columns if column.name | lower in named %}
      {% do parameters.append({'name': column.name, 'data_type': column.data_type}) %}
    {% endfor %}
    {% set name = {'database': port.target.database, 'schema': 'meshport', 'identifier': 'filter_' ~ local_md5(tojson([parameters, row_filter]))} %}
    {% set row_filter = dict(row_filter, columns=parameters | map(attribute='name') | list, function=name) %}
    {% do functions.append({'function': name, 'columns': parameters, 'predicate': row_filter.predicate}) %}
  {% endif %}
  {% set zone = {'database': port.target.database, 'schemas': [port.target.schema], 'internal': [port.source.database],
    'functions': functions} %}
  {{ return({'columns': columns, 'row_filter': row_filter, 'zone': zone}) }}
{% endmacro %}
