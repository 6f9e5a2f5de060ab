"""Business conversations in English.

``STORIES`` is a list of ``(subject, turns)``; a turn is ``(who, text, *attachments)`` with *who*
one of ``c`` (the customer), ``k`` (a colleague of the customer), ``u`` (us). ``{name}`` is filled
from the story's facts, ``[[a|b]]`` picks one of the wordings, so a story can be told often.
"""

STORIES = [
    ("Quote for {qty} {product}", [
        ("c", """[[Hello|Good morning|Dear Sir or Madam]],

we are [[furnishing|refurbishing]] our [[office|branch]] in {city} and need {qty} {product}, \
delivered by the {day}th of next month. Could you send us a quotation, including delivery and \
assembly?

[[The rooms are on the third floor; there is a lift.|Please mind that the loading bay closes at 3 \
p.m.|We would take two colours, half and half.]]"""),
        ("u", """[[Thank you for your enquiry.|Many thanks for your interest.]] Please find \
quotation {order} attached: {qty} {product}, {amount} in total, delivery to {city} included.

The offer is valid for 30 days. Shall I reserve the stock for you?""", "quotation"),
        ("c", """Thanks, that was quick. Two questions before I take it to our director:

1. Is there a discount if we order {qty2} instead of {qty}?
2. Which warranty do you give on the moving parts?"""),
        ("u", """Gladly:

1. From {qty2} pieces on I can give you 7 % on the list price.
2. Five years on mechanics and gas springs, two years on fabric.

A sample can be with you [[this week|on Thursday]], free of charge."""),
        ("k", """[[I am the one who has to sign this :-)|Joining in, as the budget is mine.]] The \
price is fine. Please change the quotation to {qty2} pieces and send it to me directly.

Regards"""),
        ("u", "Done, the new version is attached. One signature on page 1 is all we need.",
         "quotation"),
        ("c", "[[Signed and attached.|Here is the signed copy.]] When can we expect the truck?",
         "signed"),
    ]),
    ("Invoice {invoice}: wrong VAT number", [
        ("c", """Hello,

our accounts department has returned your invoice {invoice} ({amount}): the VAT number on it is \
the one of our old company. Could you please correct it and send it again? Our payment run is on \
the {day}th.""", "invoice"),
        ("u", """[[I am sorry about that.|Sorry for the trouble.]] The corrected invoice is \
attached; the due date moves accordingly.""", "invoice"),
        ("k", "Thank you, booked. It will be in the next payment run."),
    ]),
    ("Delivery {order} arrived damaged", [
        ("c", """Hi {us},

the delivery came today, but two of the {qty} boxes are crushed at one corner and one of the \
{product} has a scratch, see the photo. The driver noted it on the delivery note.

What do we do now?""", "photo"),
        ("u", """Hello {customer},

[[that should not happen, I am sorry.|I am sorry to see that.]] Please keep the packaging. A \
replacement leaves our warehouse tomorrow, the carrier takes the damaged pieces back at the same \
time; you pay nothing.

Could you send me a photo of the label on the box as well?"""),
        ("c", "Here it is.", "photo"),
        ("u", "Perfect, thank you. The carrier comes on {weekday} between 8 and 12."),
        ("c", "Replacement received, everything is fine now. Thanks for the fast help!"),
    ]),
    ("{company}: office design project", [
        ("c", """Dear {us},

as discussed on the phone: we plan an open space for {qty} people in {city}, about {area} m². The \
floor plan is attached. We are looking for

 * desks and chairs for everyone,
 * acoustic panels,
 * two meeting boxes for four people each.

Could you come over for a first look?""", "plan"),
        ("u", """Thank you for the plan. I can be in {city} on {weekday} at 10:00, together with \
our interior designer. It takes about two hours.

Would that suit you?"""),
        ("c", "{weekday} at 10 is fine. Reception knows you are coming; please bring an ID."),
        ("u", """Thank you for the tour! As promised, the list of quantities as a spreadsheet. The \
yellow lines are those we were not sure about.""", "sheet"),
        ("k", """Hi,

I went through the list. We can do without the second meeting box, but we need {qty2} lockers. \
Please update the list, see my comments in column E.""", "sheet"),
        ("u", "Updated. The first draft of the design follows [[next week|by Friday]].", "sheet"),
        ("c", "Looks good. Budget is approved up to {amount}. Go ahead with the offer, please."),
        ("u", "Wonderful! The offer is attached: {order}.", "quotation"),
    ]),
    ("Reminder: invoice {invoice} is overdue", [
        ("u", """Dear {customer},

perhaps it slipped through: invoice {invoice} over {amount} was due on the {day}th. A copy is \
attached. If you have paid in the meantime, please ignore this mail.""", "invoice"),
        ("c", "[[Sorry, it was lying on the wrong desk.|I forward it to accounting.]] It will be "
              "paid this week."),
        ("k", "Paid today, reference {order}. Could you confirm when it has arrived?"),
        ("u", "It has arrived, thank you very much."),
    ]),
    ("Question about the {product}", [
        ("c", """Hi,

[[your website says|I read in your catalogue]] that the {product} come in oak and walnut. Do you \
also have them in white? And is the height adjustable?

Thanks"""),
        ("u", """Hello {customer},

white is available, with two weeks of delivery time. The height goes from 65 to 125 cm. I have \
attached the data sheet.""", "datasheet"),
        ("c", "Great, exactly what I needed."),
    ]),
    ("Appointment on {weekday}", [
        ("u", "Hello {customer}, would {weekday} at {hour}:00 suit you for a call about {order}?"),
        ("c", "[[Works for me.|Fine!]] Please call my mobile, I am on the road."),
        ("k", "I would like to join. Can you send an invitation with a link?"),
        ("u", "Of course, it is on its way."),
    ]),
    ("Order {order}: change of the delivery address", [
        ("c", """Hello,

our warehouse is moving. Please deliver order {order} to the new address:

    {company}
    {street}
    {city}

The contact there is my colleague in Cc."""),
        ("u", "Changed. Which opening hours does the new place have?"),
        ("k", "Monday to Friday, 7:00 to 15:30. Trucks up to 12 t."),
        ("u", "Thank you, I have passed it on to the carrier."),
    ]),
    ("Distributor contract", [
        ("c", """Dear {us},

we have sold your {product} for a year now and would like to become your distributor for {city} \
and the region. Which terms could you offer for about {qty2} pieces a year?"""),
        ("u", """Dear {customer},

[[that is very good news|we are delighted]]. Our standard contract is attached. From {qty2} \
pieces a year the discount is 22 %, payment at 45 days.""", "contract"),
        ("c", """I have read it with our lawyer. Points we would like to talk about:

§ 4.2  exclusivity: at least the county, please
§ 6    45 days is fine, but counted from delivery
§ 11.1 either place of jurisdiction would be acceptable

The rest is fine."""),
        ("u", "§ 6 and § 11.1 we can accept. On § 4.2 I have to ask our management."),
        ("u", """Good news: exclusivity for the county is approved for the first two years. The \
contract with all changes is attached.""", "contract"),
        ("k", "We sign on Monday. Thank you for the good talks."),
    ]),
    ("Samples", [
        ("c", "Could you send us fabric samples of the {product}? Three shades of blue, please."),
        ("u", "They left today by parcel service, you should have them by {weekday}."),
        ("c", "Arrived! We take number 2, \"North Sea\". Offer for {qty} pieces, please?"),
        ("u", "Here you are: {order}, {amount}.", "quotation"),
        ("c", "Approved."),
    ]),
    ("Complaint: squeaking {product}", [
        ("c", """Good day,

of the {qty} {product} bought last year (order {order}) at least five squeak. It is driving the \
team mad. Is that covered by the warranty?

You can hear it in room 2.14. Honestly.""", "photo"),
        ("u", "I am sorry! Yes, that is a case for the warranty. Could you tell me the numbers on "
              "the silver labels below the seat?"),
        ("c", """Here you are:

SN 4471-0192
SN 4471-0193
SN 4471-0207
SN 4471-0211
SN 4471-0215"""),
        ("u", "Thank you. All five are from one batch with a faulty bolt. Our technician comes on "
              "{weekday} and exchanges them on the spot, free of charge."),
        ("c", "Quiet again. Great service, thank you."),
    ]),
    ("Access to the online catalogue", [
        ("c", "Hello, I have lost my access to your online catalogue. My user is {email}."),
        ("u", "I have sent you a new link. It works for 24 hours."),
        ("c", "The link says \"expired\" :-("),
        ("u", "Sorry, here comes another. Please open it in a private window."),
        ("c", "Now it works. Thanks."),
    ]),
    ("Price list {year}", [
        ("c", "Could I have the new price list as CSV? Our system cannot read PDF."),
        ("u", "Here it is. Semicolons, UTF-8, prices without VAT.", "csv"),
        ("k", "Imported without an error. If only all suppliers did it like that."),
    ]),
    ("Recurring delivery for {city}", [
        ("c", """Hi {us},

our {qty} workplaces in {city} turn over quickly. Could we agree on a monthly delivery of ten \
{product}, at a fixed price for a year?"""),
        ("u", "A good idea. I suggest {amount} for the year, delivered on each first Tuesday. "
              "You can pause any month if you tell us a week before."),
        ("c", "What happens if the price of wood rises?"),
        ("u", "Then it is our risk: the price is fixed for twelve months."),
        ("k", "From the finance side: agreed. Please send the contract.", ),
        ("u", "Attached. Thank you for your trust!", "contract"),
    ]),
]
