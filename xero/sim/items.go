package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxItems is how many items one write may carry.
const maxItems = 500

// listItems is GET /Items.
func listItems(c *call) answer {
	found, err := query(c, itemTable, c.org.Items)
	if err != nil {
		return c.badQuery(err.Error())
	}
	return c.ok("Items", listOf("Item", found, itemShape{c.unitPlaces()}.render))
}

// readItem is GET /Items/{ItemID or Code}.
func readItem(c *call) answer {
	it := c.org.item(c.args[0])
	if it == nil {
		return notFound()
	}
	return c.ok("Items", listOf("Item", []Item{*it}, itemShape{c.unitPlaces()}.render))
}

func (o *Org) item(idOrCode string) *Item {
	for i := range o.Items {
		if strings.EqualFold(o.Items[i].ItemID, idOrCode) {
			return &o.Items[i]
		}
	}
	return o.itemByCode(idOrCode)
}

var itemTable = table[Item]{
	name: "Item",
	fields: map[string]func(Item) any{
		"itemid":         func(i Item) any { return guid(i.ItemID) },
		"code":           func(i Item) any { return i.Code },
		"name":           func(i Item) any { return optional(i.Name) },
		"description":    func(i Item) any { return optional(i.Description) },
		"issold":         func(i Item) any { return i.IsSold },
		"ispurchased":    func(i Item) any { return i.IsPurchased },
		"updateddateutc": func(i Item) any { return i.UpdatedUTC },
	},
	id:      func(i Item) string { return i.ItemID },
	updated: func(i Item) time.Time { return i.UpdatedUTC },
}

// itemShape is how an item is shown; places are the decimals of its prices.
type itemShape struct{ places int32 }

func (s itemShape) render(it Item) object {
	o := object{{"ItemID", it.ItemID}, {"Code", it.Code}}
	o.text("Description", it.Description)
	o.stamp("UpdatedDateUTC", it.UpdatedUTC)
	o.add("PurchaseDetails", s.details(it.Purchase))
	o.add("SalesDetails", s.details(it.Sales))
	o.text("Name", it.Name)
	o.add("IsTrackedAsInventory", false)
	o.add("IsSold", it.IsSold)
	o.add("IsPurchased", it.IsPurchased)
	return o
}

func (s itemShape) details(d ItemDetails) object {
	o := object{}
	if d.HasPrice {
		o.add("UnitPrice", number{d.UnitPrice, s.places})
	}
	o.text("AccountCode", d.AccountCode)
	o.text("TaxType", d.TaxType)
	return o
}

// putItems is PUT /Items: it creates only.
func putItems(c *call) answer { return writeItems(c, false, nil) }

// postItems is POST /Items: it creates, or updates the item with the id or code.
func postItems(c *call) answer { return writeItems(c, true, nil) }

// postItem is POST /Items/{ItemID or Code}: it updates.
func postItem(c *call) answer {
	it := c.org.item(c.args[0])
	if it == nil {
		return notFound()
	}
	return writeItems(c, true, it)
}

// itemInput is what a caller sent about an item; nil was not sent.
type itemInput struct {
	id, code, name, description *string
	sold, purchased             *bool
	sales, purchase             *node
}

func writeItems(c *call, update bool, target *Item) answer {
	inputs, err := readAll(c, "Items", func(n *node) (itemInput, error) {
		var r reader
		in := itemInput{
			id: r.id(n, "ItemID"), code: r.text(n, "Code"), name: r.text(n, "Name"), description: r.text(n, "Description"),
			sold: r.truth(n, "IsSold"), purchased: r.truth(n, "IsPurchased"),
			sales: n.get("SalesDetails"), purchase: n.get("PurchaseDetails"),
		}
		readItemDetails(&r, &ItemDetails{}, in.sales, 4)
		readItemDetails(&r, &ItemDetails{}, in.purchase, 4)
		return in, r.err
	})
	if err != nil {
		return c.unreadable(err)
	}
	if len(inputs) > maxItems {
		return c.unreadable(&badBody{"No more than 500 items may be posted at once."})
	}
	before := slices.Clone(c.org.Items)
	var elements, refused []any
	for _, in := range inputs {
		element, ok := writeItem(c, in, update, target)
		if !c.summarize() {
			state := "OK"
			if !ok {
				state = "ERROR"
			}
			element.add("StatusAttributeString", state)
		}
		elements = append(elements, element)
		if !ok {
			refused = append(refused, element)
		}
	}
	if len(refused) > 0 && c.summarize() {
		if c.org.odd.has(BatchAllOrNothing) {
			c.org.Items = before
		}
		return c.invalid(refused)
	}
	return c.ok("Items", list{"Item", elements})
}

func writeItem(c *call, in itemInput, update bool, target *Item) (object, bool) {
	if target == nil && in.id != nil && update {
		target = c.org.item(*in.id)
	}
	taken := c.org.itemByCode(value(in.code))
	if target == nil && update {
		target = taken
	}
	it := Item{ItemID: newID(), IsSold: true, IsPurchased: true}
	if target != nil {
		it = *target
	}
	set(&it.Code, in.code)
	set(&it.Name, in.name)
	set(&it.Description, in.description)
	set(&it.IsSold, in.sold)
	set(&it.IsPurchased, in.purchased)
	var r reader // cannot fail: what it reads was read before
	readItemDetails(&r, &it.Sales, in.sales, c.unitPlaces())
	readItemDetails(&r, &it.Purchase, in.purchase, c.unitPlaces())
	it.UpdatedUTC = c.now
	refuse := func(message string) (object, bool) {
		if target == nil {
			it.ItemID = uuid.Nil.String()
		}
		o := itemShape{c.unitPlaces()}.render(it)
		o.add("ValidationErrors", messageList("ValidationError", c.org.odd.said([]string{message})))
		return o, false
	}
	switch {
	case it.Code == "":
		return refuse("Price List Item Code must be specified")
	case len(it.Code) > 30:
		return refuse(msgTooLong("Code", 30))
	case taken != nil && taken.ItemID != it.ItemID:
		return refuse("Price List Item with Code '" + it.Code + "' already exists")
	}
	if target != nil {
		*target = it
	} else {
		c.org.Items = append(c.org.Items, it)
	}
	return itemShape{c.unitPlaces()}.render(it), true
}

func readItemDetails(r *reader, d *ItemDetails, n *node, places int32) {
	if n == nil {
		return
	}
	if price := r.number(n, "UnitPrice"); price != nil {
		d.HasPrice, d.UnitPrice = true, price.Round(places)
	}
	set(&d.AccountCode, r.text(n, "AccountCode"))
	set(&d.TaxType, r.text(n, "TaxType"))
}
