"""Which places hold unread mail, told by one statement: Odoo would look at each mail itself."""

from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    table = "mail_center_message_location"
    if column_exists(cr, table, "is_unread"):
        return
    create_column(cr, table, "is_unread", "boolean")
    # Of the others it is false by the column's default: the table is not written anew.
    cr.execute(
        """
        UPDATE mail_center_message_location place SET is_unread = true
          FROM mail_center_message message
         WHERE message.id = place.message_id
           AND message.direction = 'in' AND message.is_read IS NOT TRUE
        """
    )
