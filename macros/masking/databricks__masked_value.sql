{% macro databricks__masked_value(mask, data_type) %}
  {% set masked = 'cast(' ~ meshport.mask_expression('value', mask) ~ ' as ' ~ data_type ~ ')' %}
  {% if not mask.visible_to %}
    {{ return(masked) }}
  {% endif %}
  {% set member = [] %}
  {% for group in meshport.databricks__literals(mask.visible_to) %}
    {% do member.append('is_account_group_member(' ~ group ~ ')') %}
  {% endfor %}
  {{ return('case when ' ~ (member | join(' or ')) ~ ' then value else ' ~ masked ~ ' end') }}
{% endmacro %}
