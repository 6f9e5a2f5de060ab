-- A copy of a production database must neither send its outbox nor empty its mailboxes.
UPDATE mail_center_account
   SET sync_enabled = false,
       send_enabled = false;

UPDATE mail_center_outbox
   SET copy_state = 'none'
 WHERE copy_state = 'pending';
