-- A copy of a production database must neither send its outbox nor empty its mailboxes.
UPDATE mail_center_account
   SET sync_enabled = false,
       send_enabled = false;
